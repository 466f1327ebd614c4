"""Any number of samples: calls and advice are made once for all who share them."""
