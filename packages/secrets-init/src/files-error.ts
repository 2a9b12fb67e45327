/** The directory of secrets, or a file in it, cannot be used. */
export class FilesError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FilesError';
  }
}
