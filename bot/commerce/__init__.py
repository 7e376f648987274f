"""Order sources: plugins that find a customer's orders. They import `plugins` only, like everybody's."""
