"""Keys, kept outside the database: who holds a copy of the ledgers alone can open nothing in them."""
