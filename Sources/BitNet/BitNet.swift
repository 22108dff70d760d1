// BitNet: see its type files.
