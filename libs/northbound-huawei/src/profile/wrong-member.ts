import { pathText } from '@downlink/northbound-kit';

export type MemberPath = readonly (string | number)[];

/** Ends the reading of a profile at the first member that is wrong. */
export class WrongMember extends Error {
  override readonly name = 'WrongMember';

  constructor(
    private readonly place: MemberPath,
    readonly problem: string,
  ) {
    super(problem);
  }

  get path(): string {
    return pathText(this.place);
  }
}
