-- The scenario of send on the sandbox, in process.
require("scenario.send")(_ENV, require "support.boxed")
