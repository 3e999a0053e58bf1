"""A session: who is logged in, how that was proved, and until when."""
