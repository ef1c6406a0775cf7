import { sweepRunFolders } from '@downlink/testing';

/** Ends and removes what a run of the fault suite left behind, whose id is the first argument; run after its end, however it ended. */
for (const folder of sweepRunFolders(process.argv[2]))
  process.stderr.write(`removed what was left behind: ${folder}\n`);
