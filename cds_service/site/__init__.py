"""Who a hospital is: its site folder, and what its tables say."""
