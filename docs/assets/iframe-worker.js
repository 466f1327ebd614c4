// Browsers start no worker for a page that was opened from a disk. The search of these pages
// needs one, so its script runs in a hidden frame instead, with the worker's way of talking.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super()
      this.frame = document.createElement("iframe")
      this.frame.hidden = true
      document.body.appendChild(this.frame)
      this.inside = this.frame.contentWindow
      window.addEventListener("message", (event) => {
        if (event.source !== this.inside) return
        const copy = new MessageEvent("message", { data: event.data })
        this.dispatchEvent(copy)
        if (this.onmessage) this.onmessage(copy)
      })
      this.ready = new Promise((done) => { this.frame.onload = done })
      const page = this.inside.document
      page.open()
      page.write(`<script>
        var postMessage = (data) => parent.dispatchEvent(
          new MessageEvent("message", { data, source: window }))
        var importScripts = (...urls) => urls.reduce((before, url) => before.then(
          () => new Promise((done) => {
            const script = document.createElement("script")
            script.src = url
            script.onload = done
            document.body.appendChild(script)
          })), Promise.resolve())
        document.currentScript.remove()
      <\/script><body><script src="${url}"><\/script></body>`)
      page.close()
    }
    postMessage(data) {
      this.ready.then(() => this.inside.dispatchEvent(new MessageEvent("message", { data })))
    }
    terminate() { this.frame.remove() }
  }
}
