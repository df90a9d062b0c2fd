-- What authenticates on IMAP is in no event, no error and no text of an object,
-- neither as it is nor in base64.

local connection = require "satchel.imap.connection"
local core = require "satchel.core"
local errors = require "satchel.error"
local line_peer = require "support.line_peer"
local mail_servers = require "support.mail_servers"

local USER <const> = "bob@example.test"

-- what must not be seen
local function hidden(password)
  local base64 = core.text.base64
  return { password, base64(password), base64("\0" .. USER .. "\0" .. password) }
end

local function check(text, password)
  for _, secret in ipairs(hidden(password)) do
    assert.is_nil(text:find(secret, 1, true), secret .. " in " .. text)
  end
end

local function shown(value, depth)
  if type(value) ~= "table" or depth > 5 then return tostring(value) end
  local list = { tostring(value) }
  for k, v in pairs(value) do list[#list + 1] = tostring(k) .. "=" .. shown(v, depth + 1) end
  return table.concat(list, " ")
end

local function traced(options)
  local events = {}
  options.trace = function(event) events[#events + 1] = shown(event, 0) end
  local ok, conn = errors.try(connection.open, options)
  if ok then
    events[#events + 1] = tostring(conn)
    conn:close()
  else
    events[#events + 1] = shown(conn, 0)
  end
  return ok, table.concat(events, "\n")
end

describe("a password of IMAP", function()
  for _, mechanism in ipairs { "PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1",
    "SCRAM-SHA-256" } do
    it("is not shown by " .. mechanism .. ", right or wrong", function()
      local d = mail_servers.dovecot()
      for _, password in ipairs { mail_servers.users[USER], "wrong-and-secret" } do
        local ok, text = traced { url = d.url "imaps", user = USER, password = password,
          tls = { ca = d.ca }, proxy = false, timeout = 10, mechanism = mechanism }
        assert.equal(password ~= "wrong-and-secret", ok, text)
        assert.matches("AUTHENTICATE " .. mechanism, text, 1, true)
        check(text, password)
      end
    end)
  end

  for name, password in pairs { quoted = "quoted-secret", literal = "lit\xc3\xa9ral-secret" } do
    it("is not shown by the command LOGIN, " .. name, function()
      local script = name == "quoted" and 'C: $tag LOGIN "' .. USER .. '" "' .. password .. '"\n'
        or 'C: $tag LOGIN "' .. USER .. '" {' .. #password .. "}\nS: + go\nC# " .. #password
          .. "\nC: \n"
      local peer <close> = line_peer.start("S: * OK [CAPABILITY IMAP4rev1] hi\n" .. script
        .. "S: $tag NO I do not know " .. password .. " here\n! drain\n")
      local ok, text = traced { url = "imap://" .. peer.place, user = USER, password = password,
        tls = false, proxy = false, timeout = 5 }
      assert.is_false(ok)
      assert.matches("LOGIN ***", text, 1, true)
      assert.matches("I do not know *** here", text, 1, true)
      check(text, password)
    end)
  end
end)

describe("a token of IMAP", function()
  it("is not shown", function()
    local peer <close> = line_peer.start("S: * OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR] x\n"
      .. "C: $tag AUTHENTICATE XOAUTH2 …\nS: $tag NO [AUTHENTICATIONFAILED] no\n! drain\n")
    local ok, text = traced { url = "imap://" .. peer.place, user = USER,
      token = "token-and-secret", tls = false, proxy = false, timeout = 5 }
    assert.is_false(ok)
    check(text, "token-and-secret")
    local said = core.text.base64("user=" .. USER .. "\1auth=Bearer token-and-secret\1\1")
    assert.is_nil(text:find(said, 1, true))
  end)
end)
