local memory = require "support.memory_driver"
local satchel = require "satchel"

local function refused(kind, pattern, options)
  local ok, err = satchel.try(satchel.connect, options)
  assert.is_false(ok)
  assert.equal(kind, err.kind)
  assert.is_truthy(err.message:find(pattern, 1, true), err.message)
end

describe("connect", function()
  local opened, saved

  before_each(function()
    saved = package.loaded["satchel.mapi.driver"]
    package.loaded["satchel.mapi.driver"] = { open = function(options)
      opened = options
      return memory.new { user = options.user }
    end }
  end)

  after_each(function() package.loaded["satchel.mapi.driver"] = saved end)

  it("gives a session, with defaults for what was not said", function()
    local session <close> = satchel.connect { user = "anna@example.test", password = "x" }
    assert.equal("anna@example.test", session.user)
    assert.equal(60, opened.timeout)
    assert.is_true(opened.tls)
  end)

  for _, url in ipairs { "mapi://mail.example.test", "https://h/mapi/emsmdb/?MailboxId=1",
    "MAPI://h" } do
    it("speaks MAPI for " .. url, function()
      satchel.connect { user = "a@b", token = function() return "t" end, url = url }
      assert.equal(url, opened.url)
    end)
  end

  it("verifies certificates unless told", function()
    satchel.connect { user = "a@b", tls = { ca = "ca.pem" } }
    assert.same({ ca = "ca.pem", verify = true }, opened.tls)
    satchel.connect { user = "a@b", tls = false, url = "http://h/mapi/emsmdb/" }
    assert.is_false(opened.tls)
  end)

  for _, url in ipairs { "maildir:///x", "mbox:///x", "local:///x" } do
    it("does not speak for " .. url .. " yet", function()
      refused("unsupported", "only MAPI over HTTP is", { user = "a@b", url = url })
    end)
  end

  for _, case in ipairs {
    { { user = "a@b", pasword = "x" }, "unknown option 'pasword'; did you mean 'password'?" },
    { { password = "x" }, "option 'user' is missing" },
    { { user = "a@b", url = "mpai://h" }, "unknown scheme 'mpai'; did you mean 'mapi'?" },
    { { user = "a@b", url = "host" }, "url has no scheme" },
    { { user = "a@b", url = "http://h/mapi/emsmdb/" }, "url is not encrypted" },
    { { user = "a@b", password = "x", token = "y" }, "not both" },
    { { user = "a@b\r\nX: y" }, "a line break in an option" },
    { { user = "a@b", timeout = 0 }, "timeout is 0 seconds" },
    { { user = "a@b", tls = { cacert = "x" } }, "connect: tls: unknown option 'cacert'" },
    { { user = "a@b", timeout = "60" }, "is a string where a number is expected" },
    { "mapi://h", "options are a table" },
  } do
    it("refuses: " .. case[2], function() refused("invalid", case[2], case[1]) end)
  end

  it("says no secret in an error", function()
    local _, err = satchel.try(satchel.connect, { user = 1, password = "hunter2", url = "mapi:" })
    assert.is_nil(tostring(err):find("hunter2", 1, true))
  end)

  it("runs dry", function()
    local said = {}
    local session = satchel.connect { user = "a@b", dry_run = true,
      trace = function(event) said[#said + 1] = event.op end }
    session:send { to = "a@b" }
    assert.same({ "send" }, said)
  end)
end)
