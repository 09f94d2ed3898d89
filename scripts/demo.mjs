// `npm run demo`: the whole engine on a temporary database. `npm` has made the clone ready before.
import '../dist/src/demo.js';
