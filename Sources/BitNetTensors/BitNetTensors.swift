// BitNetTensors: see its type files.
