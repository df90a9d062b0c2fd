---@meta satchel.core.net
-- luacheck: no unused args
-- core.net: the loop, and operations for satchel.task.  As satchel.meta:
-- never loaded.

---@class satchel.core.Operation
---@field step fun(self): boolean|nil, any true, value | false | nil, err
---@field token fun(self): integer
---@field cancel fun(self)

---@class satchel.core.net
local net = {}

---The loop of this Lua state.
---@return any
function net.loop() end

---@param request { method: string, url: string, headers: string[], body: string,
---timeout: number, auth: table, tls: table|false, proxy: string, max_body: integer }
---@return satchel.core.Operation|nil
---@return satchel.core.Failure? err
function net.http(request) end

---SRV records of a name.
---@param name string
---@param seconds? number
---@param servers? string
---@return satchel.core.Operation|nil
---@return satchel.core.Failure? err
function net.srv(name, seconds, servers) end

---A byte stream. `step` is true once it is connected (and each handshake is
---over); later it is true when unread bytes are there. It can be awaited again
---and again, by one waiter at a time.
---@class satchel.core.Stream : satchel.core.Operation
---@field read fun(self, max?: integer): string|false|nil, satchel.core.Failure? false: none yet
---@field write fun(self, bytes: string): integer|nil, satchel.core.Failure? bytes not yet written
---@field pending fun(self): integer bytes not yet written
---@field drained fun(self, most?: integer): boolean|nil, satchel.core.Failure? writers
---wait by it while more than `most` (256 KiB) are pending
---@field start_tls fun(self): boolean|nil, satchel.core.Failure? then await it again
---@field compress fun(self): boolean|nil, satchel.core.Failure? DEFLATE from here on
---@field binding fun(self, type: string): string|nil data of a channel binding
---@field idle fun(self, seconds: number) how long a waiter waits without a byte
---@field info fun(self): table host, place, address, tls, cipher, peer_name, issuer,
---expires, verified, compressed, sent, received
---@field close fun(self)

---Begins to connect. `policy` as connect's `tls`; an error has `stage`, `hint`,
---`server`, and `closed` when the other end closed it.
---@param request { host: string, port: integer, tls: boolean, policy: table,
---proxy: string|false, timeout: number, idle: number }
---@return satchel.core.Stream|nil
---@return satchel.core.Failure? err
function net.stream(request) end

---The client's side of one SASL exchange; challenges and responses are raw bytes.
---@class satchel.core.Sasl
---@field step fun(self, challenge?: string): string|false|nil, boolean|satchel.core.Failure
---response (false: the server has to speak first), and whether nothing more has
---to come but the server's consent
---@field reason fun(self): string|nil what the server said inside of the mechanism
---@field close fun(self)

---`stream` is for channel bindings, `nonce` for the examples of RFCs; satchel.sasl
---chooses and runs mechanisms.
---@param request { mechanism: string, user: string, password: string, token: string,
---authzid: string, service: string, host: string, port: integer, stream: satchel.core.Stream,
---nonce: string }
---@return satchel.core.Sasl|nil
---@return satchel.core.Failure? err
function net.sasl(request) end

---Whether this build has a mechanism.
---@param mechanism string in upper case
---@return boolean
function net.sasl_has(mechanism) end

---A signed JSON Web Token. The header's "alg" is RS256, PS256 or ES256.
---@param header string JSON
---@param claims string JSON
---@param pem string private key
---@param phrase? string that opens an encrypted key
---@return string|nil
---@return satchel.core.Failure? err
function net.jwt(header, claims, pem, phrase) end

---The digest of a certificate's DER bytes: x5t#S256, or x5t by "sha1".
---@param pem string certificate
---@param digest? "sha256"|"sha1"
---@return string|nil bytes
---@return satchel.core.Failure? err
function net.thumbprint(pem, digest) end

---MD5, for APOP.
---@param bytes string
---@return string hexadecimal digits
function net.md5(bytes) end

---Text with what is secret in it replaced by ***.
---@param s string
---@return string
function net.mask(s) end

---Seconds of a clock that never goes back.
---@return number
function net.now() end

---What this machine is called.
---@return string|nil
function net.host_name() end

return net
