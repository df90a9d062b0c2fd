-- The scenario of folders on the sandbox, in process.
require("scenario.folders")(_ENV, require "support.boxed")
