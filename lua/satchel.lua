-- The module: connect, the operators of queries, tasks and errors.

local error_object = require "satchel.error"

---@class satchel
local satchel = {}

satchel.try = error_object.try

return satchel
