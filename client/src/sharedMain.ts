import { mount } from 'svelte';
import './styles/app.css';
import SharedApp from './app/SharedApp.svelte';

const target = document.getElementById('app');
if (target) mount(SharedApp, { target });
