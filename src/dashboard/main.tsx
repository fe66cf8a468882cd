import { render } from 'preact';

import { App } from './app.tsx';

const page = document.querySelector('#page');
if (page === null) throw new Error('index.html has no #page');
render(<App />, page);
