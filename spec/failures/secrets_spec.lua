-- A password or token is seen by the server and by nobody else: not in errors,
-- traces, texts of objects, nor in what a debugger finds in an error.

local core = require "satchel.core"
local error_object = require "satchel.error"
local peer = require "support.peer"
local sandbox = require "satchel.sandbox"
local satchel = require "satchel"

local USER <const>, PASSWORD <const> = "anna@example.test", "s3cr et/§%1Ü?"
local TOKEN <const> = "t0ken.abc-DEF_123~secret"

local function percent(text)
  return (text:gsub("[^%w]", function(c) return ("%%%02X"):format(c:byte()) end))
end

-- all that must not be seen
local function forms(secret)
  local base64 = core.text.base64
  local list = { secret, percent(secret), percent(secret):lower(), (core.text.utf16(secret)) }
  for _, text in ipairs { secret, USER .. ":" .. secret, "\0" .. USER .. "\0" .. secret } do
    list[#list + 1] = (base64(text):gsub("=+$", ""))
  end
  return list
end

local hidden = forms(PASSWORD)
for _, form in ipairs(forms(TOKEN)) do hidden[#hidden + 1] = form end

local function look(text, where)
  for _, form in ipairs(hidden) do
    assert.falsy(text:find(form, 1, true), where)
  end
end

-- looks into everything that a value leads to
local function search(value, where, seen)
  seen = seen or {}
  if type(value) == "string" then return look(value, where) end
  if type(value) ~= "table" or seen[value] then return end
  seen[value] = true
  look(tostring(value), where)
  for k, v in next, value do
    search(k, where, seen)
    search(v, where .. "." .. tostring(k), seen)
  end
end

local function run(options, use)
  local events = {}
  options.trace = function(event) events[#events + 1] = event end
  local ok, err = pcall(function()
    local session <close> = satchel.connect(options)
    look(tostring(session), "session")
    look(tostring(session.inbox), "folder")
    look(tostring(session.mapi), "mapi")
    look(tostring(session._.store:driver()), "driver")
    look(tostring(session._.store:driver().connection), "connection")
    if use then use(session) end
  end)
  search(events, "trace")
  if not ok then
    assert.is_true(error_object.is(err), tostring(err))
    search(err, "error")
  end
  return events, not ok and err or nil
end

local box, urls

setup(function()
  box = sandbox.start { users = { [USER] = { password = PASSWORD, token = TOKEN },
    ["bert@example.test"] = "x" } }
  urls = box:listen { tls = true }
end)
teardown(function() box:close() end)

local function options(more)
  local o = { user = USER, password = PASSWORD, url = urls.url, tls = { ca = urls.ca },
    proxy = false, timeout = 5 }
  for k, v in pairs(more or {}) do o[k] = v end
  return o
end

local function with_token(more)
  local o = options(more)
  o.password, o.token = nil, TOKEN
  return o
end

local function use_all(session)
  session:send { to = "bert@example.test", subject = "x", text = "y" }
  local item = session.inbox:create { subject = "x", text = "y" }
  item:update { subject = "z" }
  item:move(session.archive)
  pcall(session.folder, session, "Inbox/Nowhere")
  pcall(session.send, session, { to = "Nobody At All" })
end

describe("a secret", function()
  it("is not in the trace of what goes well", function()
    assert.is_true(#run(options(), use_all) > 20)
    assert.is_true(#run(with_token(), use_all) > 20)
    assert.is_true(#run { user = USER, password = PASSWORD, sandbox = box } > 5)
  end)

  it("is not in the lines of a trace", function()
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    local given = options { trace = file }
    local session = satchel.connect(given)
    use_all(session)
    session:close()
    file:close()
    local text = io.open(path):read "a"
    os.remove(path)
    assert.is_true(#text > 1000)
    look(text, "lines")
  end)

  it("is not in a dry run's trace", function()
    run(options { dry_run = true }, use_all)
  end)

  it("is not in the error when it is refused", function()
    box.users:find(USER).password = "changed"
    local _, err = run(options())
    box.users:find(USER).password = PASSWORD
    assert.equal("auth", err.kind)
    box.users:find(USER).token = "changed"
    _, err = run(with_token())
    box.users:find(USER).token = TOKEN
    assert.equal("auth", err.kind)
  end)

  for _, fault in ipairs { "cut", "html", "throttle", "malformed", "truncated", "unauthorized",
    "lost", "expire" } do
    it("is not in the error of a fault: " .. fault, function()
      for _, given in ipairs { options(), with_token() } do
        run(given, function(session)
          box:fault(fault, { times = 20, retry_after = fault == "throttle" and 600 or nil })
          local ok, err = pcall(session.send, session, { to = "bert@example.test" })
          box.faults:clear()
          if not ok then
            search(err, "error")
            error(err, 0)
          end
        end)
      end
    end)
  end

  it("is not in the errors of the network", function()
    local port = peer.free_port()
    for _, url in ipairs { ("mapi://127.0.0.1:%d"):format(port), "mapi://no-such-host.invalid",
      ("https://127.0.0.1:%d/mapi/"):format(port) } do
      local _, err = run(options { url = url, user_dn = "/o=x" })
      assert.truthy(err)
    end
    local _, err = run(options { tls = true })
    assert.equal("tls", err.kind)
  end)

  it("is refused in a url and not shown", function()
    for _, url in ipairs {
      "https://%s:%s@127.0.0.1/mapi/emsmdb/?MailboxId=x", "mapi://%s:%s@127.0.0.1",
      "imaps://%s:%s@127.0.0.1", "wrong://%s:%s@127.0.0.1",
    } do
      for _, form in ipairs { PASSWORD, percent(PASSWORD), TOKEN } do
        local _, err = run(options { url = url:format("anna", form), user_dn = "/o=x" })
        assert.truthy(err)
      end
    end
  end)

  it("of a proxy is not shown", function()
    local port = peer.free_port()
    for _, form in ipairs { percent(PASSWORD), TOKEN } do
      local _, err = run(options { proxy = ("http://u:%s@127.0.0.1:%d"):format(form, port) })
      assert.equal("network", err.kind)
      _, err = run(options { proxy = ("http://u:%s@no-such-host.invalid:1"):format(form) })
      assert.equal("network", err.kind)
    end
  end)

  it("given by mistake is not shown", function()
    for _, given in ipairs {
      { user = USER, password = PASSWORD, token = TOKEN },
      { user = USER, password = { PASSWORD } }, { user = USER, token = { TOKEN } },
      { user = USER, passwort = PASSWORD }, { password = PASSWORD },
      { user = USER, password = PASSWORD, url = "ftp://x" },
      { user = USER .. "\n", password = PASSWORD },
    } do
      local ok, err = pcall(satchel.connect, given)
      assert.is_false(ok)
      search(err, "error")
    end
  end)
end)
