/** A command that a wire format has no spelling for. The message says why, in words fit for the command's history. */
export class UnsendableCommand extends TypeError {
  override readonly name = 'UnsendableCommand';
}
