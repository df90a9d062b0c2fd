-- The scenario of mailbox on the sandbox, in process.
require("scenario.mailbox")(_ENV, require "support.boxed")
