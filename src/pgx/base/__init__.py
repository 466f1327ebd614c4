"""Ground floor: errors, records that cross floors, assemblies, kernel compilation."""
