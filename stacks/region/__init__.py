"""What a cloud region is made of, one module for each concern; `stacks.sites.cloud` joins them."""
