/** Inside a message: code blocks, tables, images and reasoning. */
export const markdown = {
  copy: 'Copy',
  copied: 'Copied',
  copySelected: 'Selected, press {keys}',
  wrap: 'Wrap',
  table: 'Table',
  done: 'Done',
  notDone: 'Not done',
  image: 'Image',
  openImage: 'Open image at {host} in a new tab',
  thinking: 'Thinking…',
  thought: 'Thought',
  thoughtSeconds: 'Thought for {count} s',
  thoughtMinutes: 'Thought for {minutes} min {seconds} s',
} as const;
