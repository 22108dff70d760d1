// BitNetModels: see its type files.
