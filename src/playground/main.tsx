import 'virtual:theme.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { beginning } from './place.ts';

const first = await beginning();
const place = document.getElementById('app')!;
place.replaceChildren();
render(<App first={first} />, place);
