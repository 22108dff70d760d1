// BitNetGeneration: see its type files.
