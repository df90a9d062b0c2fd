-- Queries on the sandbox, in process.
require("scenario.where")(_ENV, require "support.boxed")
