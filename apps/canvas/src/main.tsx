import { render } from 'solid-js/web';
import { takeTokenFromAddress } from './api/token';
import { App } from './pages/App';
import './pages/pages.css';
import { installIcons } from './ui/Icon';
import { applySettings } from './ui/theme';
import './ui/base.css';
import './ui/tokens.css';

takeTokenFromAddress();
applySettings();
installIcons();

const host = document.getElementById('app');
if (host) render(() => <App />, host);
