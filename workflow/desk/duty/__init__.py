"""Who is away, stands in, is on duty at a shared phone, acts for somebody else, or hands all over: how staff say so."""
