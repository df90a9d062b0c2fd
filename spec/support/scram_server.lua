-- The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), out of nothing but
-- SHA-256: what the client proves to it is checked without the client's code.

local text = require "satchel.core".text

local M = {}
local Server = {}
Server.__index = Server

local function xor(a, b)
  local bytes = {}
  for i = 1, #a do bytes[i] = string.char(a:byte(i) ~ b:byte(i)) end
  return table.concat(bytes)
end

-- RFC 2104
local function hmac(key, message)
  if #key > 64 then key = text.sha256(key) end
  key = key .. ("\0"):rep(64 - #key)
  local inner = text.sha256(xor(key, ("\x36"):rep(64)) .. message)
  return text.sha256(xor(key, ("\x5c"):rep(64)) .. inner)
end

local function salted(password, salt, rounds)
  local u = hmac(password, salt .. "\0\0\0\1")
  local sum = u
  for _ = 2, rounds do
    u = hmac(password, u)
    sum = xor(sum, u)
  end
  return sum
end

---Options: password, rounds, binding = { type =, bytes = } (then it wants
----PLUS and takes no "y"), lie = true (its signature is wrong).
function M.new(options)
  return setmetatable({ options = options, rounds = options.rounds or 3, salt = "salt" }, Server)
end

---The client's first message; gives the challenge, or nil and why not.
function Server:first(message)
  local header, bare = message:match "^([^,]*,[^,]*,)(.*)$"
  local binding = self.options.binding
  local flag = header:match "^[^,]*"
  if binding and flag ~= "p=" .. binding.type then return nil, "flag " .. flag end
  self.header, self.bare, self.flag = header, bare, flag
  self.user = bare:match "^n=([^,]*)"
  self.nonce = bare:match ",r=([^,]+)$" .. "server"
  self.challenge = ("r=%s,s=%s,i=%d"):format(self.nonce, text.base64(self.salt), self.rounds)
  return self.challenge
end

---The client's last message; gives the server's, or nil and why not.
function Server:final(message)
  local without, proof = message:match "^(.*),p=([^,]*)$"
  local channel, nonce = without:match "^c=([^,]*),r=(.*)$"
  local binding = self.options.binding
  if nonce ~= self.nonce then return nil, "nonce" end
  if text.unbase64(channel) ~= self.header .. (binding and binding.bytes or "") then
    return nil, "channel"
  end
  local keys = salted(self.options.password, self.salt, self.rounds)
  local stored = text.sha256(hmac(keys, "Client Key"))
  local all = table.concat({ self.bare, self.challenge, without }, ",")
  local client = xor(text.unbase64(proof), hmac(stored, all))
  if text.sha256(client) ~= stored then return nil, "proof" end
  local signature = hmac(hmac(keys, "Server Key"), all)
  if self.options.lie then signature = text.sha256(signature) end
  return "v=" .. text.base64(signature)
end

return M
