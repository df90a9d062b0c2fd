---@meta satchel.core.mime
-- luacheck: no unused args
-- core.mime: messages and what they are made of.  As satchel.meta: never loaded.

---@class satchel.core.Message
---@field fields fun(self, names?: string[]): table values of the face's fields, and `report`
---@field attachments fun(self): table[] num, name, size, type, inline, content_id, embedded
---@field open fun(self, num?: integer): any reader of an attachment, or of the whole as it
---came: read(n) gives bytes or nil at the end, close
---@field item fun(self, num: integer): satchel.core.Message|nil, satchel.core.Failure|nil
---@field structure fun(self): table { type =, size = as it came, [1..n] = parts }
---@field flaws fun(self): string[] what is wrong with the message
---@field bytes fun(self): string as it came
---@field close fun(self)

---@class satchel.core.mime
local mime = {}

---Reads a message; a file is mapped, not read into memory; a spool is used up.
---@param source string|{ path: string }|{ file: file* }|{ spool: any } bytes, or where they are
---@param limits? { depth: integer, parts: integer, headers: integer }
---@return satchel.core.Message|nil
---@return satchel.core.Failure? err
function mime.parse(source, limits) end

---The text of an unstructured header value, encoded words decoded.
---@param value string
---@param charset? string of bytes above 127 that are no UTF-8
---@return string
function mime.decode_header(value, charset) end

---The addresses of a header value; groups are dissolved.
---@param value string
---@param charset? string
---@return { name: string|nil, email: string|nil }[]
function mime.addresses(value, charset) end

---A parameter of a value such as Content-Type's, in any of its encodings.
---@param value string
---@param name string
---@param charset? string
---@return string|nil
function mime.param(value, name, charset) end

---Text in a charset as UTF-8; by what it looks like if the charset is not known.
---@param bytes string
---@param charset? string
---@return string
function mime.to_utf8(bytes, charset) end

---@param value string of a Date header
---@return integer|nil seconds since the epoch
function mime.date(value) end

---A decoder with feed(bytes) and finish(), both giving bytes.
---@param transfer string "base64", "quoted-printable", "x-uuencode", "8bit"
---@return any
function mime.decoder(transfer) end

---An encoder with feed(bytes), finish(), and high(): whether it got bytes above 127;
---lines end with CRLF.
---@param transfer string "base64", "quoted-printable", "8bit"
---@return any
function mime.encoder(transfer) end

---A header field of unstructured text, folded and encoded, with its line end.
---@param name string
---@param text string
---@param utf8? boolean written as UTF-8 (RFC 6532)
---@return string|nil
---@return satchel.core.Failure? err
function mime.header(name, text, utf8) end -- luacheck: ignore 431

---A header field of message ids or other ASCII words.
---@param name string
---@param words string
---@param utf8? boolean
---@return string|nil
---@return satchel.core.Failure? err
function mime.header_words(name, words, utf8) end

---A header field of addresses; domains are written in ASCII unless utf8.
---@param name string
---@param list { name: string|nil, email: string|nil }[]
---@param utf8? boolean
---@return string|nil
---@return satchel.core.Failure? err
function mime.header_addresses(name, list, utf8) end

---A header field with parameters.
---@param name string
---@param word string what stands before the parameters
---@param list string[][] pairs of name and value
---@param utf8? boolean
---@return string|nil
---@return satchel.core.Failure? err
function mime.header_params(name, word, list, utf8) end

---An address with its domain in ASCII; an error where that cannot be.
---@param email string
---@return string|nil
---@return satchel.core.Failure? err
function mime.encode_email(email) end

---Bytes in memory, or in a temporary file if they are many: write(bytes),
---read(offset, n), size(), close().
---@return any
function mime.spool() end

return mime
