-- The scenario of bulk on the sandbox, in process.
require("scenario.bulk")(_ENV, require "support.boxed")
