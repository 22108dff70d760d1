// BitNetTokenizers: see its type files.
