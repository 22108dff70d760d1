// BitNetEvaluation: see its type files.
