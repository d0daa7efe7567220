"""Measures PgWeir beside PgBouncer. Standard library only; what each module is for stands at its top."""
