import { replayedModelSeed } from '@downlink/testing';
import { engineModelContract } from './model.contract.js';
import { openInMemoryModel } from './open-in-memory-model.js';

const replay = replayedModelSeed();

engineModelContract('memory', openInMemoryModel, { sequential: 2_000, interleaved: 1_000, withinMs: 20_000, replay });
