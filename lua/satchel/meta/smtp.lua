---@meta satchel.core.smtp
-- luacheck: no unused args
-- core.smtp: replies, addresses, connections.  As satchel.meta: never loaded.

---@class satchel.core.SmtpReply lines by position, without codes
---@field code integer
---@field enhanced? string "5.1.1"
---@field unasked? boolean it came although no command was waiting
---@field [integer] string

---One waiter at a time awaits it for the next reply.
---@class satchel.core.SmtpConnection : satchel.core.Operation
---@field command fun(self, line: string): boolean|nil, satchel.core.Failure?
---@field data fun(self): boolean|nil, satchel.core.Failure? content follows: put, data_end
---@field put fun(self, bytes: string): boolean|nil, satchel.core.Failure?
---@field data_end fun(self, replies?: integer): boolean|nil, satchel.core.Failure?
---@field chunk fun(self, bytes: string, last: boolean, replies?: integer): boolean|nil,
---satchel.core.Failure?
---@field expected fun(self): integer replies to come
---@field feed fun(self, bytes: string): satchel.core.SmtpReply|false|nil, any without a stream
---@field output fun(self): string without a stream: what is to be written

---@class satchel.core.smtp
local smtp = {}

---The reply that bytes begin with, and its length; false: it is not whole.
---@param bytes string
---@return satchel.core.SmtpReply|false|nil
---@return integer|satchel.core.Failure
function smtp.reply(bytes) end

---A line of EHLO's answer: keyword in capitals, parameters. Nothing if it is none.
---@param line string
---@return string|nil keyword
---@return string[]|nil parameters
function smtp.keyword(line) end

---Whether an address that may stand in a command needs SMTPUTF8.
---@param address string
---@return boolean|nil
---@return satchel.core.Failure? err it may not
function smtp.path(address) end

---@param text string
---@return string xtext of RFC 3461
function smtp.xtext(text) end -- luacheck: ignore text

---@param address string
---@return string value of ORCPT
function smtp.orcpt(address) end

---@param text string
---@return string text with CRLF at the end of each line
function smtp.lines(text) end -- luacheck: ignore text

---@param stream? satchel.core.Stream
---@param limits? { line: integer, reply: integer }
---@return satchel.core.SmtpConnection
function smtp.connection(stream, limits) end

return smtp
