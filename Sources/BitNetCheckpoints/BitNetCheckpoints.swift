// BitNetCheckpoints: see its type files.
