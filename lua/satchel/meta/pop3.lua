---@meta satchel.core.pop3
-- luacheck: no unused args
-- core.pop3: answers, listings, connections.  As satchel.meta: never loaded.

---@class satchel.core.Pop3Answer
---@field status "ok"|"err"|"challenge"
---@field text string
---@field code? string "IN-USE"
---@field more? boolean lines follow

---An event is an answer, text of the lines that follow one, or "" at their end.
---@class satchel.core.Pop3Connection : satchel.core.Operation
---@field command fun(self, line: string, lines_follow?: boolean): boolean|nil,
---satchel.core.Failure?
---@field expected fun(self): integer answers that have not ended
---@field feed fun(self, bytes: string): satchel.core.Pop3Answer|string|false|nil, any
---@field output fun(self): string without a stream: what is to be written

---@class satchel.core.pop3
local pop3 = {}

---The answer that bytes begin with, and its length; false: it is not whole.
---@param bytes string
---@return satchel.core.Pop3Answer|false|nil
---@return integer|satchel.core.Failure
function pop3.answer(bytes) end

---The two numbers of a line of LIST, or of STAT's text.
---@param line string
---@return integer|nil first
---@return integer|satchel.core.Failure second
function pop3.numbers(line) end

---@param greeting string
---@return string|nil timestamp for APOP
function pop3.timestamp(greeting) end

---@param listing string lines of LIST
---@return table<integer, integer>|nil bytes by message number
---@return satchel.core.Failure? err
function pop3.sizes(listing) end

---@param listing string lines of UIDL
---@return table<integer, string>|nil ids by message number
---@return satchel.core.Failure? err
function pop3.uids(listing) end

---@param stream? satchel.core.Stream
---@param limits? { line: integer, message: integer }
---@return satchel.core.Pop3Connection
function pop3.connection(stream, limits) end

return pop3
