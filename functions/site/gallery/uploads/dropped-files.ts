const maxFiles = 20_000; // a whole disk may be dropped by mistake

/**
 * Every file of a drop, those in folders included. Entries must be read from the event at once:
 * it is empty after its handler.
 */
export const droppedFiles = async (transfer: DataTransfer): Promise<File[]> => {
  const items = [...transfer.items].filter(({ kind }) => kind === 'file');
  const found = items.map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
  const files: File[] = [];
  for (const each of found) {
    if (each instanceof File) files.push(each);
    else if (each) await collect(each, files);
  }
  return files;
};

const collect = async (entry: FileSystemEntry, files: File[]): Promise<void> => {
  if (files.length >= maxFiles) return;
  if (isFile(entry)) {
    files.push(await new Promise<File>((resolve, reject) => entry.file(resolve, reject)));
    return;
  }
  if (!isFolder(entry)) return;
  const reader = entry.createReader();
  while (files.length < maxFiles) {
    // A hundred at a time, until there is none.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return;
    for (const each of some) await collect(each, files);
  }
};

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;
