/** The labels of the elements of a text, shown or announced. */
export interface MarkdownLabels {
  copy: string;
  copied: string;
  /** Shown where the page may not copy and the code is selected instead. */
  copySelected: string;
  wrap: string;
  table: string;
  done: string;
  notDone: string;
  image: string;
  openImage: (host: string) => string;
}

/** What the library needs from the app. */
export interface MarkdownOptions {
  labels: MarkdownLabels;
  /** Resolves to false where the page may not copy. */
  copyText: (text: string) => Promise<boolean>;
}
