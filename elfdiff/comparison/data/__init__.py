"""What places data: objects, votes of pointers, slots of the GOT and the PLT, memory without bytes."""
