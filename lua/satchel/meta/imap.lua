---@meta satchel.core.imap
-- luacheck: no unused args
-- core.imap: the grammar of IMAP.  As satchel.meta: never loaded.

---@class satchel.core.imap
local imap = {}

---One response, CRLF included; its table has `type` and what the type says.  With `broken`
---one that breaks the grammar is of type "broken" where it is sure to end with the bytes.
---@param bytes string
---@param options? { utf8?: boolean, depth?: integer, broken?: boolean } names are UTF-8; nested
---at most so deep
---@return satchel.core.ImapResponse|nil
---@return satchel.core.Failure? err
function imap.parse(bytes, options) end

---The same response as a server might have sent it, in one form for each meaning.
---@param bytes string
---@param options? { utf8?: boolean, depth?: integer }
---@return string|nil
---@return satchel.core.Failure? err
function imap.print(bytes, options) end

---The complete responses that the bytes begin with, and what is left.
---@param bytes string
---@param limits? satchel.core.ImapLimits
---@return string[]|nil responses
---@return string|satchel.core.Failure rest
function imap.split(bytes, limits) end

---@class satchel.core.ImapLimits
---@field line? integer bytes
---@field literal? integer bytes
---@field response? integer bytes

---@class satchel.core.ImapSplitter
---@field feed fun(self, bytes: string): string[]|nil, satchel.core.Failure? complete responses
---@field pending fun(self): integer, integer bytes under way, bytes that are missing at least

---Finds responses in bytes that come piece by piece.
---@param limits? satchel.core.ImapLimits
---@return satchel.core.ImapSplitter
function imap.splitter(limits) end

---A sequence set, sorted, or in the order that is given.
---@param list integer[]
---@param order? "sorted"|"ordered"
---@return string
function imap.set(list, order) end

---Sorted sequence sets of at most so many bytes each.
---@param list integer[]
---@param bytes integer
---@return string[]
function imap.sets(list, bytes) end

---The numbers of a sequence set in its order.
---@param set string
---@param max? integer what "*" is
---@return integer[]|nil
---@return satchel.core.Failure? err
function imap.ids(set, max) end

---The name of a mailbox in modified UTF-7.
---@param name string UTF-8
---@return string|nil
---@return satchel.core.Failure? err
function imap.utf7(name) end

---@param encoded string
---@return string|nil name UTF-8
---@return satchel.core.Failure? err
function imap.from_utf7(encoded) end

---The keyword that stands for a category.
---@param category string UTF-8
---@return string|nil
---@return satchel.core.Failure? err
function imap.flag(category) end

---The category that a keyword stands for.
---@param keyword string
---@return string|nil
---@return satchel.core.Failure? err no category has this keyword
function imap.category(keyword) end

---A quoted string; nil without an error: it needs a literal.
---@param s string
---@param options? { utf8?: boolean }
---@return string|nil
---@return satchel.core.Failure? err CR, LF or NUL
function imap.quote(s, options) end

---"17-Jul-1996 02:44:25 +0000"
---@param seconds integer since 1970
---@return string
function imap.date_time(seconds) end

---@class satchel.core.ImapCode what stands in brackets before the text
---@field name string upper case: "UIDNEXT"
---@field value? integer|string a number (UIDNEXT, UIDVALIDITY, UNSEEN, HIGHESTMODSEQ,
---APPENDLIMIT, METADATA, INPROGRESS); bytes of a code that is not known
---@field list? string[] CAPABILITY, PERMANENTFLAGS, BADCHARSET, BADEVENT
---@field uidvalidity? integer APPENDUID, COPYUID
---@field uids? string a set: APPENDUID, MODIFIED
---@field from? string a set: COPYUID
---@field to? string a set: COPYUID
---@field detail? string METADATA: "MAXSIZE", …; the id of MAILBOXID
---@field tag? string INPROGRESS, NOUPDATE
---@field goal? integer INPROGRESS

---@class satchel.core.ImapAddress RFC 9051 7.5.2: a group begins with a mailbox alone
---@field name? string as in the header, without quotes
---@field adl? string
---@field mailbox? string
---@field host? string

---@class satchel.core.ImapEnvelope as in the header: nothing is decoded
---@field date? string
---@field subject? string
---@field from? satchel.core.ImapAddress[]
---@field sender? satchel.core.ImapAddress[]
---@field reply_to? satchel.core.ImapAddress[]
---@field to? satchel.core.ImapAddress[]
---@field cc? satchel.core.ImapAddress[]
---@field bcc? satchel.core.ImapAddress[]
---@field in_reply_to? string
---@field message_id? string

---@class satchel.core.ImapBody a part, or a multipart with its parts at [1..n]
---@field type string lower case
---@field subtype string lower case
---@field params table<string, string> keys in lower case
---@field part? string "1.2"; a message's own multipart has none
---@field id? string
---@field description? string
---@field encoding? string
---@field size? integer
---@field lines? integer
---@field md5? string
---@field disposition? { type: string, params: table<string, string> }
---@field language? string[]
---@field location? string
---@field envelope? satchel.core.ImapEnvelope of a message
---@field body? satchel.core.ImapBody of a message
---@field [integer] satchel.core.ImapBody

---What the server said. `type` names it: a status ("ok" "no" "bad" "bye" "preauth"),
---"continuation", or the response in lower case; "other" is of no known kind, "broken" is
---none of the grammar: its `name`, `error` and `raw`, and of FETCH what can be read. Lists
---stand at [1..n]: "capability" "enabled" "flags" "genurlauth" (texts), "search"
---"sort" (numbers), "thread" (numbers and lists of them), "urlfetch" ({ url, data }).
---@class satchel.core.ImapResponse
---@field type string
---@field tag? string of a completion; "esearch": of the command
---@field text? string
---@field code? satchel.core.ImapCode
---@field number? integer "exists" "recent" "expunge" "fetch" "other"
---@field name? string of a mailbox in UTF-8, INBOX in upper case; "other" "broken": of the response
---@field raw_name? string as it came
---@field attributes? table<string, true> "list" "lsub"
---@field delimiter? string
---@field oldname? string
---@field raw_oldname? string
---@field childinfo? string[]
---@field messages? integer "status"
---@field recent? integer
---@field uidnext? integer
---@field uidvalidity? integer
---@field unseen? integer
---@field deleted? integer
---@field size? integer "status" "fetch"
---@field highestmodseq? integer
---@field appendlimit? integer
---@field deleted_storage? integer
---@field mailboxid? string
---@field modseq? integer "search" "sort" "esearch" "fetch"
---@field uid? boolean|integer "esearch": whether of UIDs; "fetch": the UID
---@field min? integer "esearch"
---@field max? integer
---@field count? integer
---@field all? string a set
---@field partial? { first: integer, last: integer, set: string? }
---@field earlier? boolean "vanished"
---@field uids? string a set
---@field flags? string[] "fetch"
---@field internaldate? integer seconds since 1970
---@field envelope? satchel.core.ImapEnvelope
---@field bodystructure? satchel.core.ImapBody
---@field sections? table<string, string> "BODY[1.MIME]", "BODY[HEADER.FIELDS (TO)]", "BINARY[2]"
---@field origins? table<string, integer> of sections that were asked for in part
---@field binary_sizes? table<string, integer> by section: "1.2"
---@field savedate? integer
---@field emailid? string
---@field threadid? string
---@field preview? string
---@field gm? { msgid: integer?, thrid: integer?, labels: string[]? }
---@field personal? satchel.core.ImapNamespace[] "namespace"
---@field other? satchel.core.ImapNamespace[]
---@field shared? satchel.core.ImapNamespace[]
---@field fields? table<string, string> "id"
---@field root? string "quota"
---@field resources? table<string, { usage: integer, limit: integer }>
---@field roots? string[] "quotaroot"
---@field rights? string|table<string, string> "myrights"; "acl": by identifier
---@field identifier? string "listrights"
---@field required? string
---@field optional? string[]
---@field entries? table<string, string> "metadata": with values
---@field changed? string[] "metadata": without
---@field extra? table<string, string> bytes of what extensions add, by name
---@field raw? string "other"; "broken": its first 16 KiB
---@field error? string "broken": what is wrong, and where

---@class satchel.core.ImapNamespace
---@field prefix string UTF-8
---@field raw_prefix string
---@field delimiter? string
---@field extra? table<string, string>

---A command is text or a list of parts: text, { literal = bytes, binary = } or
---{ size = n, binary = }, the promise of a literal.
---@alias satchel.core.ImapParts string|table

---Commands in flight without a stream.
---@class satchel.core.ImapQueue
---@field set fun(self, how: { literals?: "sync"|"minus"|"plus", utf8?: boolean })
---@field send fun(self, parts: satchel.core.ImapParts, dialogue?: boolean): string|nil,
---satchel.core.Failure? its tag; a dialogue takes lines until it is completed
---@field line fun(self, text: string, last?: boolean): boolean|nil, satchel.core.Failure?
---@field wants fun(self): integer bytes of a promised literal that may be put now
---@field put fun(self, bytes: string): boolean|nil, satchel.core.Failure?
---@field unsent fun(self, held?: boolean): string|nil the tag of the oldest command of which
---some bytes have not gone out; held: of those that went last some are held back
---@field output fun(self, most?: integer): string what goes out now
---@field feed fun(self, bytes: string) what the server says
---@field step fun(self): boolean|nil, satchel.core.ImapResponse|satchel.core.Failure|nil,
---string|nil, boolean|nil true, a response, the tag it completes, whether it let a literal go

---@param limits? satchel.core.ImapLimits
---@return satchel.core.ImapQueue
function imap.queue(limits) end

---Commands in flight on a stream; awaited for the next response.
---@class satchel.core.ImapConnection : satchel.core.Operation
---@field set fun(self, how: { literals?: string, utf8?: boolean, traced?: boolean })
---@field send fun(self, parts: satchel.core.ImapParts, dialogue?: boolean): string|nil,
---satchel.core.Failure?
---@field line fun(self, text: string, last?: boolean): boolean|nil, satchel.core.Failure?
---@field wants fun(self): integer, integer bytes that may be put now, that are due in all
---@field put fun(self, bytes: string): boolean|nil, satchel.core.Failure?
---@field unsent fun(self): string|nil the tag of the oldest command that has not gone out whole
---@field poll fun(self): boolean|nil, satchel.core.Failure? bytes came, or may be put
---@field size fun(self): integer bytes of the last response
---@field shown fun(self): string the last response as people read it, if it is traced

---@param stream satchel.core.Stream
---@param limits? satchel.core.ImapLimits
---@return satchel.core.ImapConnection
function imap.connection(stream, limits) end

return imap
