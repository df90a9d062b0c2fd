-- The scenario of items on the sandbox, in process.
require("scenario.items")(_ENV, require "support.boxed")
