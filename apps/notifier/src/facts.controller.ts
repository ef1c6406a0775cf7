import { Controller, Inject } from '@nestjs/common';
import { OnFacts, type FactBatch } from '@downlink/bus';
import { FactIntake } from './fact-intake.js';

/** Stores what applications are to hear of; offsets are committed after that. */
@Controller()
export class FactsController {
  constructor(@Inject(FactIntake) private readonly intake: FactIntake) {}

  @OnFacts()
  handle(batch: FactBatch): Promise<void> {
    return this.intake.take(batch);
  }
}
