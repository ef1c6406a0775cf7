/** A member of a thing model that cannot be said in canonical words; ends the import. */
export class WrongMember extends Error {
  override readonly name = 'WrongMember';

  constructor(
    readonly path: readonly (string | number)[],
    readonly problem: string,
  ) {
    super(problem);
  }
}

export type Path = WrongMember['path'];
