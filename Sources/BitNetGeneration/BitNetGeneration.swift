// generation
