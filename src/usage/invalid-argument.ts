/** What a client gave for an argument cannot be used. The message names the argument and says what is wrong. */
export class InvalidArgument extends Error {
  readonly argument: string;

  constructor({ argument, problem }: { readonly argument: string; readonly problem: string }) {
    super(`"${argument}" ${problem}`);
    this.name = 'InvalidArgument';
    this.argument = argument;
  }
}
