"""What comes in: params, sources, contracts, monthly tables, and the made-up sample company."""
