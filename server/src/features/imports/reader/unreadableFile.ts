/** A file that cannot be read, or not on from here. The message is for people. */
export class UnreadableFile extends Error {}
