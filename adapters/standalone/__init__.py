"""Programs that are handed out and run alone: one file each, standard library only, nothing of the product needed."""
